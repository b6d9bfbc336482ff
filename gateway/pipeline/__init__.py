"""From journal entries to observations: choose and run the decoder, normalise, judge the quality."""

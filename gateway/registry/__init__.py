"""What is known about devices: decoder, name, expected interval, tags."""

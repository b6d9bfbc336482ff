"""Messages to devices, through their network server. Nothing of it is on the way of the measurements."""

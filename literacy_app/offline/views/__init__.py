"""What phones ask for: the app, what it is given, and the door for what it sealed."""

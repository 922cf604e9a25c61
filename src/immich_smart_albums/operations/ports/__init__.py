"""What the operations need from the world."""

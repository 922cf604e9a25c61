"""What goes on behind the pages: reading the library, writing a plan, and the progress of both."""

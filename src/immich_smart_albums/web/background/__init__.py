"""What goes on behind the pages: reading the library, writing a plan, and how far both have got."""

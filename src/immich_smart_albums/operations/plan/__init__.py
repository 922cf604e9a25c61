"""From rules to a plan: what accounts select for albums, and what that changes in each of them."""

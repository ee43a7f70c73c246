"""Pages that open without a network, and the pictures on them."""

"""What makes a text and a question good, how questions travel to other programs, and what answers say about them."""

"""What people decide about businesses, and what they should look at."""

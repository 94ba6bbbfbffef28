"""What binds businesses, the networks that follow, and which of them reopened."""

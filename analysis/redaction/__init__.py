"""Redacted copies of archived pages: what is protected, how a page is edited, and the check that nothing leaked."""

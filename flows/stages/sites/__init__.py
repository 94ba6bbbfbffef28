"""Sites: their profiles, and pages for whoever writes one."""

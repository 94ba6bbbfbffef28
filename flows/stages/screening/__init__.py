"""Applications screened: in a build, from a file, again; what people decided on the answers."""

"""Networks of a build and of a snapshot: computed, kept, shown, handed on."""

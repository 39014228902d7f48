"""Files as they lie on disk: those of others read without harm, and a private place for what is only needed for now."""

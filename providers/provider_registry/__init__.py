"""Images in registries: Docker Hub, its mirrors, and any registry of the OCI specification."""

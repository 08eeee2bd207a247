"""The shapes of all answers: what the code builds and what OpenAPI says, in one place."""

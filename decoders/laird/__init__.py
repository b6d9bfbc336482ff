"""Sentrius sensors of Laird Connectivity (Ezurio)."""

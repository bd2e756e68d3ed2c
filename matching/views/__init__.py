"""Edges for people: translate, call once, translate back."""

"""Stations and meter readers of Develiot."""

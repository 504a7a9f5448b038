"""Attacks on a running server: `script/attack` replays them and prints what was tried and what held."""

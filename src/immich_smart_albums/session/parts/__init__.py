"""The parts of a session: what it can do, each in a module, on one workplace."""

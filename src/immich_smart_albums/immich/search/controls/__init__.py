"""Whether a server hears a property that its records do not show: small requests whose answers are known beforehand."""

"""Controls: small requests with known answers, which show whether a server obeys a property of a request."""

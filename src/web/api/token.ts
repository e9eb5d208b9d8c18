// The bearer token of this tab, where the server asks for one. It stays in the tab's own storage.
const key = 'afterword.token';
const listeners = new Set<() => void>();

export function readToken(): string | null {
  return sessionStorage.getItem(key);
}

/** @param token null signs out */
export function setToken(token: string | null): void {
  if (token === null) sessionStorage.removeItem(key);
  else sessionStorage.setItem(key, token);
  for (const listener of listeners) listener();
}

export function onTokenChange(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** What carries the token, over HTTP and at the begin of a WebSocket alike. */
export function authorization(): { authorization?: string } {
  const token = readToken();
  return token === null ? {} : { authorization: `Bearer ${token}` };
}

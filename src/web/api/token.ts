// The bearer token of this tab, if the server requires one. It stays in the tab's session storage.
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

/** The header with the token, which is also the connection parameter of the WebSocket. */
export function authorization(): { authorization?: string } {
  const token = readToken();
  return token === null ? {} : { authorization: `Bearer ${token}` };
}

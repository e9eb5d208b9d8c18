// Asks for a bearer token, if the server requires one. The token is kept in this tab only.
import { type FormEvent, useId, useState } from 'react';
import { readToken, setToken } from '../api/token.ts';
import { Button } from '../ui/button.tsx';
import { Notice } from '../ui/notice.tsx';
import styles from './shell.module.css';

export function SignIn() {
  const id = useId();
  const [token, setText] = useState('');
  const wasRefused = readToken() !== null;

  function submit(event: FormEvent): void {
    event.preventDefault();
    const trimmed = token.trim().replace(/^bearer\s+/i, '');
    if (trimmed !== '') setToken(trimmed);
  }

  return (
    <main className={styles.signIn}>
      <form onSubmit={submit}>
        <h1>Sign in</h1>
        <p id={`${id}-help`}>
          This server requires a bearer token. Paste the token (a JWT) that your team gave you. It is kept in
          this tab until you close it.
        </p>
        {wasRefused && (
          <Notice tone="bad">
            The server did not accept the token. It may have expired: paste a new one.
          </Notice>
        )}
        <label htmlFor={id}>Token</label>
        <textarea
          id={id}
          rows={4}
          value={token}
          onChange={(event) => setText(event.target.value)}
          autoComplete="off"
          spellCheck={false}
          aria-describedby={`${id}-help`}
          required
        />
        <Button type="submit" look="primary">
          Sign in
        </Button>
      </form>
    </main>
  );
}

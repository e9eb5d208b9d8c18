// Asked only where the server wants to know who is there: a bearer token, kept in this tab alone.
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
    const bare = token.trim().replace(/^bearer\s+/i, '');
    if (bare !== '') setToken(bare);
  }

  return (
    <main className={styles.signIn}>
      <form onSubmit={submit}>
        <h1>Sign in</h1>
        <p id={`${id}-help`}>
          This server wants to know who is there. Paste a bearer token (a JWT) that your team has given you;
          it stays in this tab until you close it.
        </p>
        {wasRefused && (
          <Notice tone="bad">The token was not accepted: it may have expired. Paste a new one.</Notice>
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

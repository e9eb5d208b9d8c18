// The empty chat: what it is for, and prompts to start with.
import styles from './chat.module.css';

const suggestions = [
  "How many r's are in strawberry?",
  'What is 12 % of 250?',
  'My name is Ada. Remember it.',
  'What can you do?',
];

export function Welcome({ onSend }: { onSend: (content: string) => void }) {
  return (
    <div className={styles.welcome}>
      <h1>Ask something</h1>
      <p>
        Every reply can be liked, disliked, commented on and corrected. Afterword records the conversation and
        the feedback on it.
      </p>
      <ul className={styles.suggestions}>
        {suggestions.map((text) => (
          <li key={text}>
            <button type="button" className={styles.suggestion} onClick={() => onSend(text)}>
              {text}
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}

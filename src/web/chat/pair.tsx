// Two models that answer the same prompt. Their names are hidden until the user has chosen one of them, or a tie.
import type { MessageSnapshot } from '../../log/fold/fold.ts';
import { useViewer } from '../api/queries.ts';
import { Button } from '../ui/button.tsx';
import { ErrorNotice } from '../ui/notice.tsx';
import { useAction } from '../ui/use-action.ts';
import { preferReply } from './actions.ts';
import type { Comparison } from './comparisons.ts';
import styles from './pair.module.css';
import { ReplyText } from './reply.tsx';
import type { ThreadItem } from './thread.ts';

type Preference = 'left' | 'right' | 'tie';

type PairProps = {
  item: ThreadItem;
  comparison: Comparison;
  onChoose: (item: ThreadItem, messageId: string) => void;
};

/** The user's preference; undefined if they have not chosen yet. */
function preferenceOf(
  username: string | undefined,
  left: MessageSnapshot,
  right: MessageSnapshot,
): Preference | undefined {
  const choiceOf = (message: MessageSnapshot, otherId: string) => {
    const feedback = message.feedback.find((one) => one.username === username && one.source === 'end_user');
    if (feedback?.tiedWith.includes(otherId)) return 'tie';
    return feedback?.preferredOver.includes(otherId) ? 'preferred' : undefined;
  };
  const [ofLeft, ofRight] = [choiceOf(left, right.id), choiceOf(right, left.id)];
  if (ofLeft === 'tie' || ofRight === 'tie') return 'tie';
  if (ofLeft === 'preferred') return 'left';
  return ofRight === 'preferred' ? 'right' : undefined;
}

type SideProps = {
  name: string;
  message: MessageSnapshot | undefined;
  isModelShown: boolean;
  isChosen: boolean;
};

function Side({ name, message, isModelShown, isChosen }: SideProps) {
  return (
    <article className={styles.side} data-chosen={isChosen || undefined} aria-label={`Reply ${name}`}>
      <h2>
        {name}
        {isModelShown && <span>{message?.modelId}</span>}
        {isChosen && <span className={styles.badge}>chosen</span>}
      </h2>
      {message !== undefined && <ReplyText message={message} />}
      {message?.status === 'failed' && <p className={styles.failed}>This model failed to answer.</p>}
    </article>
  );
}

type ChoicesProps = {
  preference: Preference | undefined;
  isReady: boolean;
  onPick: (preference: Preference) => void;
};

function Choices({ preference, isReady, onPick }: ChoicesProps) {
  const choices: [Preference, string][] = [
    ['left', 'A is better'],
    ['tie', 'Tie'],
    ['right', 'B is better'],
  ];
  return (
    <fieldset className={styles.choices} aria-label="Which reply is better?">
      {choices.map(([choice, label]) => (
        <Button
          key={choice}
          aria-pressed={preference === choice}
          disabled={!isReady}
          onClick={() => onPick(choice)}
        >
          {label}
        </Button>
      ))}
    </fieldset>
  );
}

export function Pair({ item, comparison, onChoose }: PairProps) {
  const { data } = useViewer();
  const find = (id: string) => item.siblings.find((message) => message.id === id);
  const [left, right] = [find(comparison.left), find(comparison.right)];
  const preference = left && right && preferenceOf(data?.viewer.username, left, right);
  const isReady = [left, right].every((side) => side !== undefined && side.status !== 'streaming');
  const pick = useAction(async (choice: Preference) => {
    const { left: leftId, right: rightId } = comparison;
    const [chosenId, otherId] = choice === 'right' ? [rightId, leftId] : [leftId, rightId];
    await preferReply(chosenId, otherId, choice === 'tie');
    onChoose(item, chosenId);
  });
  return (
    <section className={styles.pair} aria-label="Two replies, side by side">
      <div className={styles.sides}>
        <Side
          name="A"
          message={left}
          isModelShown={preference !== undefined}
          isChosen={preference === 'left'}
        />
        <Side
          name="B"
          message={right}
          isModelShown={preference !== undefined}
          isChosen={preference === 'right'}
        />
      </div>
      <p className={styles.hint} role="status">
        {preference === undefined
          ? 'Which reply is better? The names of the models are shown after you have chosen.'
          : `Thank you. The conversation continues from reply ${preference === 'right' ? 'B' : 'A'}.`}
      </p>
      <Choices preference={preference} isReady={isReady} onPick={pick.run} />
      {pick.error !== null && <ErrorNotice error={pick.error} onRetry={pick.reset} />}
    </section>
  );
}

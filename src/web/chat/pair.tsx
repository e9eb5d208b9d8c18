// Two models that answer the same prompt. Their names are kept back until their reader has chosen one, or called a tie.
import type { MessageSnapshot } from '../../log/fold/fold.ts';
import { useViewer } from '../api/queries.ts';
import { Button } from '../ui/button.tsx';
import { ErrorNotice } from '../ui/notice.tsx';
import { useAction } from '../ui/use-action.ts';
import { prefer } from './actions.ts';
import type { Comparison } from './comparisons.ts';
import styles from './pair.module.css';
import { ReplyText } from './reply.tsx';
import type { Turn } from './thread.ts';

type Verdict = 'left' | 'right' | 'tie';

type PairProps = {
  turn: Turn;
  comparison: Comparison;
  onChoose: (turn: Turn, messageId: string) => void;
};

/** What the person has said of the two; undefined where nothing. */
function verdictOf(
  username: string | undefined,
  left: MessageSnapshot,
  right: MessageSnapshot,
): Verdict | undefined {
  const choiceOf = (message: MessageSnapshot, otherId: string) => {
    const given = message.feedback.find((one) => one.username === username && one.source === 'end_user');
    if (given?.tiedWith.includes(otherId)) return 'tie';
    return given?.preferredOver.includes(otherId) ? 'preferred' : undefined;
  };
  const [ofLeft, ofRight] = [choiceOf(left, right.id), choiceOf(right, left.id)];
  if (ofLeft === 'tie' || ofRight === 'tie') return 'tie';
  if (ofLeft === 'preferred') return 'left';
  return ofRight === 'preferred' ? 'right' : undefined;
}

type SideProps = { name: string; message: MessageSnapshot | undefined; isNamed: boolean; isChosen: boolean };

function Side({ name, message, isNamed, isChosen }: SideProps) {
  return (
    <article className={styles.side} data-chosen={isChosen || undefined} aria-label={`Reply ${name}`}>
      <h2>
        {name}
        {isNamed && <span>{message?.modelId}</span>}
        {isChosen && <span className={styles.badge}>chosen</span>}
      </h2>
      {message !== undefined && <ReplyText message={message} />}
      {message?.status === 'failed' && <p className={styles.failed}>This model failed to answer.</p>}
    </article>
  );
}

type VerdictsProps = { verdict: Verdict | undefined; isReady: boolean; onPick: (verdict: Verdict) => void };

function Verdicts({ verdict, isReady, onPick }: VerdictsProps) {
  const choices: [Verdict, string][] = [
    ['left', 'A is better'],
    ['tie', 'Tie'],
    ['right', 'B is better'],
  ];
  return (
    <fieldset className={styles.verdicts} aria-label="Which reply is better?">
      {choices.map(([choice, label]) => (
        <Button
          key={choice}
          aria-pressed={verdict === choice}
          disabled={!isReady}
          onClick={() => onPick(choice)}
        >
          {label}
        </Button>
      ))}
    </fieldset>
  );
}

export function Pair({ turn, comparison, onChoose }: PairProps) {
  const { data } = useViewer();
  const find = (id: string) => turn.siblings.find((message) => message.id === id);
  const [left, right] = [find(comparison.left), find(comparison.right)];
  const verdict = left && right && verdictOf(data?.viewer.username, left, right);
  const isReady = [left, right].every((side) => side !== undefined && side.status !== 'streaming');
  const pick = useAction(async (choice: Verdict) => {
    const { left: leftId, right: rightId } = comparison;
    const [chosenId, otherId] = choice === 'right' ? [rightId, leftId] : [leftId, rightId];
    await prefer(chosenId, otherId, choice === 'tie');
    onChoose(turn, chosenId);
  });
  return (
    <section className={styles.pair} aria-label="Two replies, side by side">
      <div className={styles.sides}>
        <Side name="A" message={left} isNamed={verdict !== undefined} isChosen={verdict === 'left'} />
        <Side name="B" message={right} isNamed={verdict !== undefined} isChosen={verdict === 'right'} />
      </div>
      <p className={styles.hint} role="status">
        {verdict === undefined
          ? 'Which one is better? Their names are shown when you have chosen.'
          : 'Thank you. The conversation goes on from the one that you chose.'}
      </p>
      <Verdicts verdict={verdict} isReady={isReady} onPick={pick.run} />
      {pick.error !== null && <ErrorNotice error={pick.error} onRetry={pick.reset} />}
    </section>
  );
}

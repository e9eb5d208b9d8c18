// What every resolver is handed: who asks, and what the application is made of.
import type { ConversationServices } from '../conversation/commands.ts';
import type { Database } from '../database/connect.ts';
import type { Previews } from '../dataset/preview.ts';
import type { ReadSlots } from '../dataset/seats.ts';
import type { FeedbackServices } from '../feedback/commands.ts';
import type { Summarize } from '../feedback/summary.ts';
import type { GenerationServices } from '../generation/commands.ts';
import type { ReplyCursors } from '../generation/follow.ts';
import type { Viewer } from '../identity/viewer.ts';
import type { EventCursors } from '../log/follow.ts';
import type { LiveStats } from '../stats/live.ts';

/** Made once, by src/app.ts. */
export type Services = ConversationServices &
  GenerationServices &
  FeedbackServices &
  Pick<Database, 'prisma'> & {
    follower: ReplyCursors;
    events: EventCursors;
    summarize: Summarize;
    stats: LiveStats;
    seats: ReadSlots;
    previews: Previews;
  };

export type Context = {
  viewer: Viewer;
  services: Services;
  /** What an event stream brought last to a browser that connects again: more recent than any argument. */
  lastEventId: string | undefined;
  /** Aborted when who asks has gone, or wants no answer any more. */
  signal: AbortSignal;
};

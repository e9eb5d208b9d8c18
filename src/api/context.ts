// Completes the context of every resolver: the viewer, and the services of every domain.
import type { ConversationServices } from '../conversation/commands.ts';
import type { Previews } from '../dataset/export/preview.ts';
import type { ReadSlots } from '../dataset/read-slots.ts';
import type { FeedbackServices } from '../feedback/commands.ts';
import type { Summarize } from '../feedback/summary.ts';
import type { GenerationServices } from '../generation/commands.ts';
import type { ReplyCursors } from '../generation/follow/reply-cursor.ts';
import type { Viewer } from '../identity/viewer.ts';
import type { EventCursors } from '../log/live/event-cursor.ts';
import type { LiveStats } from '../stats/live-stats.ts';

declare module '../graphql/context.ts' {
  /** Built once, by src/app.ts. */
  interface Services extends ConversationServices, GenerationServices, FeedbackServices {
    replyCursors: ReplyCursors;
    events: EventCursors;
    summarize: Summarize;
    stats: LiveStats;
    readSlots: ReadSlots;
    previews: Previews;
  }

  interface Context {
    viewer: Viewer;
    /** The Last-Event-ID of an event stream that a browser reconnects. It takes precedence over arguments. */
    lastEventId: string | undefined;
  }
}

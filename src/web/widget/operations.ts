/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { DocumentTypeDecoration } from '@graphql-typed-document-node/core';
/** Role of the author of feedback. No number mixes sources. */
export type FeedbackSource =
  /** A person who used the application. */
  | 'END_USER'
  /** A model that judges replies. */
  | 'JUDGE'
  /** A person who reviews replies. */
  | 'REVIEWER';

/** A rating to give or withdraw. Omitted fields are unchanged; null withdraws a field. */
export type RateMessageInput = {
  /** Id of the reply. */
  messageId: string;
  /** Like or dislike. */
  rating?: Rating | null | undefined;
  /** Score from 0 (worst) to 1 (best). */
  score?: number | null | undefined;
  /** Role of the author. Defaults to END_USER; the other roles are for SERVICE and ADMIN. */
  source?: FeedbackSource | null | undefined;
  /** Username of the author. Defaults to the viewer; only SERVICE and ADMIN may name others. */
  username?: string | null | undefined;
};

/** Like or dislike. */
export type Rating =
  /** Bad. */
  | 'DISLIKE'
  /** Good. */
  | 'LIKE';

/** Feedback to give or withdraw. Omitted fields are unchanged; null withdraws a field. */
export type SubmitFeedbackInput = {
  /** Comment, not empty. */
  comment?: string | null | undefined;
  /** What the reply should have been, not empty. */
  correction?: string | null | undefined;
  /** Id of the reply. */
  messageId: string;
  /** Role of the author. Defaults to END_USER; the other roles are for SERVICE and ADMIN. */
  source?: FeedbackSource | null | undefined;
  /** Keys of tags: at most 20, each of at most 100 bytes. */
  tags?: Array<string> | null | undefined;
  /** Username of the author. Defaults to the viewer; only SERVICE and ADMIN may name others. */
  username?: string | null | undefined;
};

export type MyFeedbackQueryVariables = Exact<{
  messageId: string;
}>;


export type MyFeedbackQuery = { message: { id: string, myFeedback: { rating: Rating | null, comment: string | null, tags: Array<string> } | null } | null };

export type RateMessageMutationVariables = Exact<{
  input: RateMessageInput;
}>;


export type RateMessageMutation = { rateMessage: { feedback: { rating: Rating | null } | null } };

export type SubmitFeedbackMutationVariables = Exact<{
  input: SubmitFeedbackInput;
}>;


export type SubmitFeedbackMutation = { submitFeedback: { feedback: { comment: string | null, tags: Array<string> } | null } };

export class TypedDocumentString<TResult, TVariables>
  extends String
  implements DocumentTypeDecoration<TResult, TVariables>
{
  __apiType?: NonNullable<DocumentTypeDecoration<TResult, TVariables>['__apiType']>;
  private value: string;
  public __meta__?: Record<string, any> | undefined;

  constructor(value: string, __meta__?: Record<string, any> | undefined) {
    super(value);
    this.value = value;
    this.__meta__ = __meta__;
  }

  override toString(): string & DocumentTypeDecoration<TResult, TVariables> {
    return this.value;
  }
}

export const MyFeedbackDocument = new TypedDocumentString(`
    query MyFeedback($messageId: ID!) {
  message(id: $messageId) {
    id
    myFeedback {
      rating
      comment
      tags
    }
  }
}
    `) as unknown as TypedDocumentString<MyFeedbackQuery, MyFeedbackQueryVariables>;
export const RateMessageDocument = new TypedDocumentString(`
    mutation RateMessage($input: RateMessageInput!) {
  rateMessage(input: $input) {
    feedback {
      rating
    }
  }
}
    `) as unknown as TypedDocumentString<RateMessageMutation, RateMessageMutationVariables>;
export const SubmitFeedbackDocument = new TypedDocumentString(`
    mutation SubmitFeedback($input: SubmitFeedbackInput!) {
  submitFeedback(input: $input) {
    feedback {
      comment
      tags
    }
  }
}
    `) as unknown as TypedDocumentString<SubmitFeedbackMutation, SubmitFeedbackMutationVariables>;
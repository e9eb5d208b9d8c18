/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { DocumentTypeDecoration } from '@graphql-typed-document-node/core';
/** In which capacity feedback was given. Sources are never mixed in one number. */
export type FeedbackSource =
  /** By a person who used the application. */
  | 'END_USER'
  /** By a model. */
  | 'JUDGE'
  /** By a person who reviews replies. */
  | 'REVIEWER';

/** A rating to give or withdraw: what is left out stays, null withdraws. */
export type RateMessageInput = {
  /** The reply's id. */
  messageId: string;
  /** The verdict. */
  rating?: Rating | null | undefined;
  /** 0 (worst) to 1 (best). */
  score?: number | null | undefined;
  /** In which capacity; END_USER where not given, others for SERVICE and ADMIN. */
  source?: FeedbackSource | null | undefined;
  /** The author, if not the viewer: for SERVICE and ADMIN. */
  username?: string | null | undefined;
};

/** A verdict on a reply. */
export type Rating =
  /** Bad. */
  | 'DISLIKE'
  /** Good. */
  | 'LIKE';

/** Feedback to give or withdraw: what is left out stays, null withdraws. */
export type SubmitFeedbackInput = {
  /** In their own words: not empty. */
  comment?: string | null | undefined;
  /** What the reply should have been: not empty. */
  correction?: string | null | undefined;
  /** The reply's id. */
  messageId: string;
  /** In which capacity; END_USER where not given, others for SERVICE and ADMIN. */
  source?: FeedbackSource | null | undefined;
  /** Keys of reasons: at most 20, of at most 100 bytes each. */
  tags?: Array<string> | null | undefined;
  /** The author, if not the viewer: for SERVICE and ADMIN. */
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
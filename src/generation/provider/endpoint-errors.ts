// Writes the message of every failure of a model endpoint, for all protocols. Each names the endpoint and the model and
// says what to do; none shows the API key, even if the endpoint echoed it.
import { AppError } from '../../errors.ts';
import { cleanText } from './clean-text.ts';
import type { BodyFailure } from './protocol.ts';

const maxQuoteLength = 300;

/** The connection broke in the middle of an answer. */
export class ConnectionLost extends AppError {}

export type EndpointErrors = {
  /** It answered with a status that is not a success; `body` is the start of the answer's body. */
  refused(answer: { status: number; headers: Headers }, body: string): AppError;
  unreachable(reason: string): AppError;
  /** It did not start its answer in time; `earlier` is why an attempt before that failed, if one did. */
  timedOut(timeoutMs: number, earlier: AppError | undefined): AppError;
  idleTimeout(idleTimeoutMs: number): AppError;
  connectionLost(): ConnectionLost;
  notAReply(contentType: string): AppError;
  reportedInBody(failure: BodyFailure): AppError;
};

/** The message inside an error body or error event of OpenAI, Anthropic, vLLM, TGI, FastAPI and the like. */
export function errorMessageOf(body: unknown, depth = 0): string | undefined {
  if (typeof body === 'string') return body === '' ? undefined : body;
  // The depth is bounded because a hostile body could otherwise overflow the stack.
  if (typeof body !== 'object' || body === null || depth > 3) return undefined;
  for (const key of ['error', 'message', 'detail']) {
    const message = errorMessageOf(Reflect.get(body, key), depth + 1);
    if (message !== undefined) return message;
  }
  return undefined;
}

/** What no message may show: the key, and what the URL carries in its password or its query. */
function secretsOf(url: URL | null, apiKey: string | undefined): string[] {
  const secrets = [apiKey ?? '', url?.password ?? '', ...(url?.searchParams.values() ?? [])];
  return secrets.filter((secret) => secret !== '');
}

function parsedOrText(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return body;
  }
}

function adviceFor(status: number, endpoint: { apiKey: string | undefined; baseUrlAdvice: string }): string {
  if (status === 401) {
    return endpoint.apiKey === undefined ? 'It requires a key: set MODEL_API_KEY.' : 'Check MODEL_API_KEY.';
  }
  if (status === 403) return 'Check which models MODEL_API_KEY may use, and MODELS.';
  if (status === 404) return 'Check that MODELS names a model it has, and that MODEL_BASE_URL is right.';
  if (status === 405) return endpoint.baseUrlAdvice;
  if (status === 413) return 'Send a shorter message, or start a new conversation.';
  if (status === 429) return 'Wait before you try again, or raise the quota there.';
  if (status >= 500) return 'Try again later; the cause is in its own log.';
  return 'Change the message or its parameters accordingly.';
}

/** @param endpoint.baseUrlAdvice what to do if something else answers at the address */
export function createEndpointErrors(endpoint: {
  baseUrl: string;
  apiKey: string | undefined;
  model: string;
  baseUrlAdvice: string;
}): EndpointErrors {
  const url = URL.parse(endpoint.baseUrl);
  const secrets = secretsOf(url, endpoint.apiKey);
  const name = `The model endpoint ${url === null ? '' : url.origin + url.pathname.replace(/\/$/, '')}`;
  const asked = `asked for ${JSON.stringify(cleanText(endpoint.model))}`;
  const quote = (text: string): string => {
    // Secrets are redacted before the text is cut: a part of one could be left at the end.
    const redacted = secrets.reduce((current, secret) => current.replaceAll(secret, '(secret)'), text);
    const line = cleanText(redacted).replace(/\s+/g, ' ').trim();
    return line.length > maxQuoteLength ? `${line.slice(0, maxQuoteLength - 1).toWellFormed()}…` : line;
  };
  const sentence = (happened: string, advice: string) => `${name}, ${asked}, ${happened}. ${advice}`;
  const failure = (happened: string, advice: string): AppError =>
    new AppError('UPSTREAM_FAILED', sentence(happened, advice));
  const redirected = (status: number, location: string): AppError => {
    const target = URL.parse(location, endpoint.baseUrl);
    const to = target === null ? '' : ` to ${quote(target.origin + target.pathname)}`;
    const advice =
      'Redirects are not followed, since they could send the key and the conversation elsewhere: set MODEL_BASE_URL.';
    return failure(`answered with HTTP ${status}, a redirect${to}`, advice);
  };
  const keptText = 'The text so far is kept; ask again for a whole reply.';
  return {
    refused({ status, headers }, body) {
      const location = headers.get('location');
      if (status < 400 && location !== null) return redirected(status, location);
      const message = quote(errorMessageOf(parsedOrText(body)) ?? body);
      const reason = message === '' ? '' : `: ${message.replace(/\.$/, '')}`;
      return failure(`answered with HTTP ${status}${reason}`, adviceFor(status, endpoint));
    },
    unreachable: (reason) =>
      failure(`could not be reached: ${quote(reason)}`, 'Check that it runs, and MODEL_BASE_URL.'),
    timedOut: (timeoutMs, earlier) =>
      earlier ??
      failure(
        `did not start its answer within ${timeoutMs} ms`,
        'Try again when it is less busy, or raise MODEL_TIMEOUT_MS.',
      ),
    idleTimeout: (idleTimeoutMs) =>
      failure(
        `sent nothing for ${idleTimeoutMs} ms`,
        `${keptText} If it is only slow, raise MODEL_IDLE_TIMEOUT_MS.`,
      ),
    connectionLost: () =>
      new ConnectionLost(
        'UPSTREAM_FAILED',
        sentence('closed the connection in the middle of its answer', keptText),
      ),
    notAReply: (contentType) =>
      failure(`answered with ${quote(contentType)} instead of an event stream`, endpoint.baseUrlAdvice),
    reportedInBody: ({ happened, quoted }) =>
      failure(quoted === undefined ? happened : `${happened}: ${quote(quoted).replace(/\.$/, '')}`, keptText),
  };
}

// Downloads a file with the token of this tab, which a plain link could not send.
import { authorization } from '../api/token.ts';

/** @throws Error with the server's message */
export async function download(address: string, name: string): Promise<void> {
  const response = await fetch(address, { headers: authorization() });
  if (!response.ok) {
    const { errors }: { errors?: { message: string }[] } = await response.json();
    throw new Error(errors?.[0]?.message ?? `The server answered with status ${response.status}.`);
  }
  const url = URL.createObjectURL(await response.blob());
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}

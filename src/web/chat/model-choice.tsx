// Which model answers next: the conversation's until another one is picked.
import { useState } from 'react';
import { useModels } from '../api/queries.ts';
import { Select } from '../ui/select.tsx';

type ChosenModel = { chosen: string; options: readonly string[]; choose: (model: string) => void };

/** @param ofConversation undefined before there is one */
export function useChosenModel(ofConversation: string | undefined): ChosenModel {
  const { data = [] } = useModels();
  const [picked, choose] = useState<string>();
  const options = data.map(({ id }) => id);
  const fallback = data.find(({ isDefault }) => isDefault)?.id ?? options[0] ?? '';
  const known = [picked, ofConversation].find((model) => model !== undefined && options.includes(model));
  return { chosen: known ?? fallback, options, choose };
}

export function ModelChoice({ chosen, options, choose }: ChosenModel) {
  if (options.length === 0) return <span />;
  return (
    <Select
      label="Model"
      isQuiet
      value={chosen}
      options={options.map((model) => ({ value: model, label: model }))}
      onChange={choose}
    />
  );
}

// The model that answers next, the conversation's own until another one is picked; or two models, side by side.
import { Columns2 } from 'lucide-react';
import { useState } from 'react';
import { useModels } from '../api/queries.ts';
import { IconButton } from '../ui/button.tsx';
import { Select } from '../ui/select.tsx';

export type ChosenModels = {
  options: readonly string[];
  chosen: string;
  choose: (model: string) => void;
  /** The second model; undefined if only one answers. */
  rival: string | undefined;
  chooseRival: (model: string | undefined) => void;
};

/** @param conversationModel undefined in a new conversation */
export function useChosenModels(conversationModel: string | undefined): ChosenModels {
  const { data = [] } = useModels();
  const [picked, choose] = useState<string>();
  const [rival, chooseRival] = useState<string>();
  const options = data.map(({ id }) => id);
  const fallback = data.find(({ isDefault }) => isDefault)?.id ?? options[0] ?? '';
  const offered = [picked, conversationModel].find((model) => model !== undefined && options.includes(model));
  return { options, chosen: offered ?? fallback, choose, rival, chooseRival };
}

export function ModelChoice({ options, chosen, choose, rival, chooseRival }: ChosenModels) {
  const selectOptions = options.map((model) => ({ value: model, label: model }));
  const other = options.find((model) => model !== chosen);
  if (options.length === 0) return <span />;
  return (
    <>
      <Select
        label={rival === undefined ? 'Model' : 'First model'}
        isQuiet
        value={chosen}
        options={selectOptions}
        onChange={choose}
      />
      {rival !== undefined && (
        <Select label="Second model" isQuiet value={rival} options={selectOptions} onChange={chooseRival} />
      )}
      {other !== undefined && (
        <IconButton
          label="Side by side"
          icon={<Columns2 />}
          isPressed={rival !== undefined}
          onClick={() => chooseRival(rival === undefined ? other : undefined)}
        />
      )}
    </>
  );
}

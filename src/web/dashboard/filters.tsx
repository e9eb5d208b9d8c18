// The filters of the dashboard: topic, period, source of the feedback, and models.
import { Toggle } from '@base-ui/react/toggle';
import { useTopics } from '../api/queries.ts';
import { Select } from '../ui/select.tsx';
import { type DashboardView, rangeOptions, sourceOptions } from './address.ts';
import styles from './dashboard.module.css';

type FiltersProps = {
  view: DashboardView;
  /** The models that have replies. */
  models: readonly string[];
  onChange: (part: Partial<DashboardView>) => void;
};

export function Filters({ view, models, onChange }: FiltersProps) {
  const topics = useTopics(view.topic);
  const allModels = [...new Set([...models, ...view.models])].sort();
  const toggled = (model: string) =>
    view.models.includes(model) ? view.models.filter((other) => other !== model) : [...view.models, model];
  return (
    <div className={styles.filters}>
      <Select
        label="Topic"
        value={view.topic}
        options={topics.map((topic) => ({ value: topic, label: topic }))}
        onChange={(topic) => onChange({ topic, models: [], compared: [] })}
      />
      <Select
        label="Period"
        value={view.range}
        options={rangeOptions}
        onChange={(range) => onChange({ range })}
      />
      <Select
        label="Source"
        value={view.source}
        options={sourceOptions}
        onChange={(source) => onChange({ source })}
      />
      {allModels.length > 1 && (
        <fieldset className={styles.models}>
          <legend className="visually-hidden">Models</legend>
          {allModels.map((model) => (
            <Toggle
              key={model}
              className={styles.model}
              pressed={view.models.includes(model)}
              onPressedChange={() => onChange({ models: toggled(model) })}
            >
              {model}
            </Toggle>
          ))}
        </fieldset>
      )}
    </div>
  );
}

// Shows the page of the address, or the sign-in. Pages other than the chat load when they are opened.
import { CSPProvider } from '@base-ui/react/csp-provider';
import { QueryClientProvider } from '@tanstack/react-query';
import { lazy, Suspense, useEffect } from 'react';
import { Route, Switch } from 'wouter';
import { queryClient, useViewer } from '../api/queries.ts';
import { isUnauthenticated } from '../api/request.ts';
import { onTokenChange } from '../api/token.ts';
import { ChatPage } from '../chat/page.tsx';
import { ErrorNotice, Loading } from '../ui/notice.tsx';
import { ConnectionBanner } from './connection-banner.tsx';
import { Header } from './header.tsx';
import styles from './shell.module.css';
import { SignIn } from './sign-in.tsx';

const DashboardPage = lazy(() => import('../dashboard/page.tsx'));
const LogPage = lazy(() => import('../log/page.tsx'));

function Pages() {
  return (
    <Suspense fallback={<Loading label="Loading the page" />}>
      <Switch>
        <Route path="/dashboard" component={DashboardPage} />
        <Route path="/log" component={LogPage} />
        <Route component={ChatPage} />
      </Switch>
    </Suspense>
  );
}

function Gate() {
  const viewer = useViewer();
  if (isUnauthenticated(viewer.error)) return <SignIn />;
  return (
    <div className={styles.shell}>
      <Header />
      <ConnectionBanner />
      {viewer.isError && <ErrorNotice error={viewer.error} onRetry={() => void viewer.refetch()} />}
      {viewer.isPending && <Loading label="Connecting" />}
      {viewer.isSuccess && <Pages />}
    </div>
  );
}

export function App() {
  // Results that another user's token fetched must not be shown.
  useEffect(() => onTokenChange(() => void queryClient.resetQueries()), []);
  return (
    <CSPProvider disableStyleElements>
      <QueryClientProvider client={queryClient}>
        <Gate />
      </QueryClientProvider>
    </CSPProvider>
  );
}

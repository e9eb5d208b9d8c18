// Applies the chosen theme before the first paint, so that the page does not flash in the other one.
try {
  const theme = localStorage.getItem('afterword.theme');
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
} catch {
  // Without access to storage, the theme is the system's.
}

// Before anything is painted: the theme that was chosen here, so that no page flashes in the other one.
try {
  const theme = localStorage.getItem('afterword.theme');
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
} catch {
  // Where storage is forbidden, the theme is the system's.
}

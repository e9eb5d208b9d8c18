// stub
export default function LogPage() {
  return <main />;
}

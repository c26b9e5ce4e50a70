import { StrictMode, useRef, useState } from 'react';
import { createRoot } from 'react-dom/client';
import { BookOnline } from '@book-online/element/react';

const Page = () => {
  const [lang, setLang] = useState('en');
  const [heard, setHeard] = useState('nothing');
  const [isThere, setIsThere] = useState(true);
  const button = useRef(null);
  return (
    <>
      {isThere && (
        <BookOnline ref={button} id="button" server={window.SERVER} service="dry-needling" lang={lang}
          onStep={({ detail }) => setHeard(`${lang} ${detail.step}`)} onClose={() => setHeard(`${lang} closed`)}>
          Book Online
        </BookOnline>
      )}
      <button onClick={() => setLang('fr')}>Français</button>
      <button onClick={() => button.current.open({ service: 'physiotherapy-assessment' })}>Assessment</button>
      <button onClick={() => setIsThere(false)}>Remove</button>
      <p id="heard">{heard}</p>
    </>
  );
};

createRoot(document.querySelector('main')).render(<StrictMode><Page /></StrictMode>);

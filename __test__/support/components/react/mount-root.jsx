// React 18 and later.

import { createRoot } from 'react-dom/client';

export const mount = (element) => createRoot(document.getElementById('root')).render(element);

// React up to 17.

import { render } from 'react-dom';

export const mount = (element) => render(element, document.getElementById('root'));

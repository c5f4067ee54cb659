'use strict';

/** JSON that is safe inside HTML: it contains neither `</script>` nor `<!--`. */
function jsonInMarkup(value) {
  return JSON.stringify(value).replace(/[<>&\u2028\u2029]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

module.exports = { jsonInMarkup };

import sharp from 'sharp';

const STAMP = `<svg xmlns="http://www.w3.org/2000/svg" width="260" height="70">
  <rect x="4" y="4" width="252" height="62" rx="10" fill="#ffffff" fill-opacity="0.75" stroke="#d4192c" stroke-width="6"/>
  <path d="M52 26 Q50 20 42 20 H36 Q27 20 27 27 Q27 34 36 35 H43 Q53 36 53 43 Q53 50 43 50 H36 Q28 50 26 44
    M70 50 V20 H86 Q95 20 95 28.5 Q95 37 86 37 H70 M110 50 L122 20 L134 50 M114 41 H130
    M150 50 V20 H165 Q174 20 174 28 Q174 36 165 36 H150 M163 36 L175 50 M184 20 H210 M197 20 V50
    M218 50 L226 20 L234 50 M221 41 H231"
    fill="none" stroke="#d4192c" stroke-width="5" stroke-linecap="round" stroke-linejoin="round"/>
</svg>`;

/** Puts a red stamp into the lower right corner of a photograph, and gives it back as what it was: JPEG or PNG. */
export const stampImage = async (photo: Uint8Array): Promise<Uint8Array> =>
  sharp(photo)
    .keepIccProfile()
    .composite([{ input: Buffer.from(STAMP), gravity: 'southeast' }])
    .toBuffer();

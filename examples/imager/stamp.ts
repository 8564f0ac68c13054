export const stampImage = async (image: Uint8Array): Promise<Uint8Array> => image;

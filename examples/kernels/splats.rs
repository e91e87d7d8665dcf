//! Gaussian splats, blended front to back, and the slopes of a picture in what a splat is made of (B. Kerbl et al., "3D Gaussian splatting for
//! real-time radiance field rendering", 2023). Many pixels add to the slopes of one splat.

use super::{Outcome, close, reals};
use hesper_shader::{Device, Grid, Vec2, Vec3, shader};

/// Pixels of a row.
const WIDTH: usize = 9;

/// Numbers of a splat.
const PARTS: usize = 9;

shader! {
    /// A Gaussian in the plane.
    #[derive(Clone, Copy, Debug)]
    pub struct Splat {
        /// In pixels.
        pub centre: Vec2<f32>,
        /// How much of the centre it covers, below 1.
        pub opacity: f32,
        /// `a`, `b`, `c` of `a x² + 2 b x y + c y²`.
        pub spread: Vec3<f32>,
        /// Red, green and blue.
        pub colour: Vec3<f32>,
    }

    /// Slopes in centre, opacity, spread and colour.
    #[derive(Clone, Copy, Debug)]
    pub struct Slopes {
        /// Two, one, three and three numbers.
        pub parts: [Atomic<f32>; 9],
    }

    /// How much of a pixel a splat covers, and how far the pixel is from its centre.
    fn cover(splat: Splat, at: Vec2<f32>) -> (f32, Vec2<f32>) {
        let d = at - splat.centre;
        let s = splat.spread;
        let power = s.x * d.x * d.x + 2.0 * s.y * d.x * d.y + s.z * d.y * d.y;
        (splat.opacity * (-0.5 * power).exp(), d)
    }

    fn pixel(i: u32, width: u32) -> Vec2<f32> {
        vec2((i % width) as f32 + 0.5, (i / width) as f32 + 0.5)
    }

    /// Each pixel's colour.
    #[workgroup_size(32)]
    pub fn draw_splats(splats: &[Splat], picture: &mut [Vec3<f32>], width: u32) {
        let i = global_index();
        if i >= picture.len() {
            return;
        }
        let mut left = 1.0;
        let mut colour = vec3(0.0, 0.0, 0.0);
        for k in 0..splats.len() {
            let splat = splats[k];
            let (alpha, _) = cover(splat, pixel(i, width));
            colour += splat.colour * (left * alpha);
            left *= 1.0 - alpha;
        }
        picture[i] = colour;
    }

    /// From the slopes `d` of each pixel's colour.
    #[workgroup_size(32)]
    pub fn splat_slopes(
        splats: &[Splat],
        picture: &[Vec3<f32>],
        d: &[Vec3<f32>],
        #[any_order("sums differ by their rounding")] slopes: &mut [Slopes],
        width: u32,
    ) {
        let i = global_index();
        if i >= picture.len() {
            return;
        }
        let mut left = 1.0;
        // What the splats behind the one at hand bring to the pixel.
        let mut behind = dot(picture[i], d[i]);
        for k in 0..splats.len() {
            let splat = splats[k];
            let (alpha, away) = cover(splat, pixel(i, width));
            let own = dot(splat.colour, d[i]);
            behind -= left * alpha * own;
            let d_alpha = left * own - behind / (1.0 - alpha);
            let d_power = -0.5 * alpha * d_alpha;
            let s = splat.spread;
            let d_colour = d[i] * (left * alpha);
            slopes[k].parts[0].fetch_add(-2.0 * d_power * (s.x * away.x + s.y * away.y));
            slopes[k].parts[1].fetch_add(-2.0 * d_power * (s.y * away.x + s.z * away.y));
            slopes[k].parts[2].fetch_add(d_alpha * alpha / splat.opacity);
            slopes[k].parts[3].fetch_add(d_power * away.x * away.x);
            slopes[k].parts[4].fetch_add(2.0 * d_power * away.x * away.y);
            slopes[k].parts[5].fetch_add(d_power * away.y * away.y);
            for c in 0..3 {
                slopes[k].parts[6 + c].fetch_add(d_colour[c]);
            }
            left *= 1.0 - alpha;
        }
    }
}

fn splat(p: &[f32]) -> Splat {
    let vector = |c: &[f32]| Vec3 {
        x: c[0],
        y: c[1],
        z: c[2],
    };
    Splat {
        centre: Vec2 { x: p[0], y: p[1] },
        opacity: p[2],
        spread: vector(&p[3..6]),
        colour: vector(&p[6..9]),
    }
}

/// A pixel's colour, of splats as lists of numbers.
fn drawn(splats: &[f64], pixel: usize) -> [f64; 3] {
    let (x, y) = ((pixel % WIDTH) as f64 + 0.5, (pixel / WIDTH) as f64 + 0.5);
    let (mut left, mut colour) = (1.0, [0.0; 3]);
    for p in splats.chunks(PARTS) {
        let (dx, dy) = (x - p[0], y - p[1]);
        let power = p[3] * dx * dx + 2.0 * p[4] * dx * dy + p[5] * dy * dy;
        let alpha = p[2] * (-0.5 * power).exp();
        for (sum, c) in colour.iter_mut().zip(&p[6..9]) {
            *sum += left * alpha * c;
        }
        left *= 1.0 - alpha;
    }
    colour
}

pub(super) fn check(device: &Device) -> Outcome {
    let mut compared = 0;
    for (count, rows) in [(1, 3), (6, 7)] {
        let pixels = WIDTH * rows;
        let noise = reals(PARTS * count, 17);
        let number = |(i, x): (usize, &f32)| match i % PARTS {
            0 => 4.5 + 4.0 * x,
            1 => 0.5 * rows as f32 * (1.0 + x),
            2 => 0.5 + 0.3 * x,
            3 | 5 => 0.3 + 0.2 * x,
            4 => 0.05 * x,
            _ => 0.5 + 0.5 * x,
        };
        let numbers: Vec<f32> = noise.iter().enumerate().map(number).collect();
        let splats: Vec<Splat> = numbers.chunks(PARTS).map(splat).collect();
        let (splats, width) = (device.upload(&splats)?, WIDTH as u32);
        let mut picture = device.zeros::<Vec3<f32>>(pixels)?;
        let args = draw_splats::Args {
            splats: &splats,
            picture: &mut picture,
            width,
        };
        draw_splats().launch(device, Grid::cover(pixels), args)?;
        let wide: Vec<f64> = numbers.iter().map(|x| f64::from(*x)).collect();
        let flat = |v: &[Vec3<f32>]| {
            v.iter()
                .flat_map(|v| <[f32; 3]>::from(*v))
                .collect::<Vec<_>>()
        };
        let expected = (0..pixels).flat_map(|i| drawn(&wide, i).map(|x| x as f32));
        let expected: Vec<f32> = expected.collect();
        compared += close("colours", &flat(&picture.read()?), &expected, 1e-5)?;

        let weights = reals(3 * pixels, 18);
        let d: Vec<Vec3<f32>> = weights
            .chunks(3)
            .map(|c| Vec3 {
                x: c[0],
                y: c[1],
                z: c[2],
            })
            .collect();
        let d = device.upload(&d)?;
        let mut slopes = device.zeros::<Slopes>(count)?;
        let args = splat_slopes::Args {
            splats: &splats,
            picture: &picture,
            d: &d,
            slopes: &mut slopes,
            width,
        };
        splat_slopes().launch(device, Grid::cover(pixels), args)?;
        // Plain differences of the whole picture, weighed.
        let weighed = |splats: &[f64]| -> f64 {
            let colours = (0..pixels).flat_map(|i| drawn(splats, i));
            colours.zip(&weights).map(|(x, w)| x * f64::from(*w)).sum()
        };
        let slope = |part: usize| {
            let moved = |by: f64| {
                let mut splats = wide.clone();
                splats[part] += by;
                weighed(&splats)
            };
            ((moved(1e-5) - moved(-1e-5)) / 2e-5) as f32
        };
        let expected: Vec<f32> = (0..PARTS * count).map(slope).collect();
        let found: Vec<f32> = slopes.read()?.iter().flat_map(|s| s.parts).collect();
        compared += close("slopes", &found, &expected, 1e-3)?;
    }
    Ok(compared)
}

"""The VITS synthesizer of the published families: `synthesizer.Synthesizer` joins the parts."""
